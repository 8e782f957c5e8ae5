"""What Wiro's callers see: calls with their parameters, answers, refusals and callbacks, and the sandbox's own controls."""

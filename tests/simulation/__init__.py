"""The real engine on the real models, under a virtual clock, against a simulated Wiro; one seed decides everything."""

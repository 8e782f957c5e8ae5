"""The mock model: which prompts it understands, what they do to a picture, and in which sizes it answers."""

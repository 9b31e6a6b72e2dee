"""Symbolic shapes with the names of ``torch.fx.experimental.symbolic_shapes``."""

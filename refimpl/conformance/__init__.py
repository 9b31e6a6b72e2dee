"""The oracle: cases, expected outcomes, the protocol, the runner and the judge."""

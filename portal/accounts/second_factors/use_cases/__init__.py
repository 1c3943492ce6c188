"""Use cases of second factors: set-up, proof, reset, and what a company requires."""

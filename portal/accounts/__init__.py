"""Companies, people, roles, sign-in, rep assignment, acting on behalf of a customer."""

"""The environment variables by which whoever runs schemathesis speaks to what it loads of ours."""

KEYS = "FUZZ_KEYS"
"""The secret of a key of each role, as JSON."""
NASTY = "FUZZ_NASTY"
"""How many hostile texts each place of an example gets; all of them where it is not set."""
TALLY = "FUZZ_TALLY"
"""The file the count is left in."""

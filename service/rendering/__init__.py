"""Other dresses of a claim: values in, bytes out."""

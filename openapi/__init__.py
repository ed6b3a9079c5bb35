"""The contract as files, and what keeps them true."""

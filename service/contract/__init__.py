"""The published contract (OpenAPI 3.1), written from the endpoints: what they are held to is what it says."""

"""The only code that knows SQL and asyncpg."""

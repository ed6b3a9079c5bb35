"""HTTP's manners, which every route shares."""

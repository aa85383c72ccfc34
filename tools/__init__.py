"""Programs that build what is committed; not shipped."""

"""The subcommands of `almoner` that do long work, one module each with its own leaves."""

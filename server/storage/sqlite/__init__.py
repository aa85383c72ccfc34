"""Resources in one SQLite file, in this process: nothing to install, nothing to start."""

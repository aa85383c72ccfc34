"""Resources in MongoDB, on the asynchronous API of its driver: the store of a server that is more than one process."""

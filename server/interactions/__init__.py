"""What a client can do, one file per RESTful interaction."""

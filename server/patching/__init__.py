"""The three formats of a patch, each as what it makes of a resource."""

"""A stand-in of ConnectWise's API with a state: what it takes, refuses and answers, for the collections of `collections.py`."""

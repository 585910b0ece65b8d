"""Builds Pondus files, sound and faulty, from the specification and from no encoder."""

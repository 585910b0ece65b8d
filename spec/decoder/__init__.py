"""A second decoder of Pondus files, written from the specification alone: slow, readable, standard library only."""

"""The generator of Calderwick, the invented authority that the package ships as its data."""

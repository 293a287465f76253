"""`ovos propose`: proposals of a video as files and pictures, and how well they cover objects."""

"""What training sees: views of images and clips of videos, drawn at random."""

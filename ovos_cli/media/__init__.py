"""Reading frames and writing overlay videos."""

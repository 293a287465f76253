"""`ovos edit`: a page on one's own machine in which objects are clicked, followed, corrected."""

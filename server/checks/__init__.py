"""What `c360 doctor` looks at. A check imports what it needs by itself: what is broken must not break the doctor."""

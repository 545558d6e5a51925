"""Bills: exports of what a cloud was paid for, read as years of energy and emissions."""

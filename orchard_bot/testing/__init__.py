"""What tests stand on: a simulated chat world, a clock to turn by hand, builders, and the suite every adapter passes."""

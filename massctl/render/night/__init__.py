"""What WeChat's dark mode makes of colours: `engine` decides as the published one does, `colour` reads and measures."""

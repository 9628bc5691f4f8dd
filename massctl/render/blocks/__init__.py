"""What templates call: the template library (`blocks`), and the cards and links of WeChat."""

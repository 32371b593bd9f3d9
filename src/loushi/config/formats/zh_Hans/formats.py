"""Where Django's Chinese formats are not what people write: 9月7日, not 09月7日."""

MONTH_DAY_FORMAT = "n月j日"

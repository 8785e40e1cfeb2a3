"""Tables in text that is marked up: HTML, MHTML, XML Spreadsheet 2003 and SYLK, whatever the file's ending."""

/* xuất từ HeidiSQL */
INSERT INTO tb (msisdn, full_name) VALUES ('0972514288', 'Nguyễn Thị Nga');

-- MySQL dump 10.13  Distrib 8.0.36
--
DROP TABLE IF EXISTS `tb`;
CREATE TABLE `tb` (`msisdn` varchar(12), `full_name` text);
INSERT INTO `tb` VALUES ('0972514288','Nguyễn Thị Nga'),('0960629733','Nguyễn Quốc Toàn');

PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE tb(msisdn TEXT, full_name TEXT);

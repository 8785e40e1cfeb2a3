--
-- PostgreSQL database dump
--

SET client_encoding = 'UTF8';
COPY public.tb (msisdn, full_name) FROM stdin;
0972514288	Nguyễn Thị Nga
\.

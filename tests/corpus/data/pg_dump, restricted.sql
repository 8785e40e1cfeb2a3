--
-- PostgreSQL database dump
--

\restrict abc

SET statement_timeout = 0;
COPY public.tb (msisdn, full_name) FROM stdin;
0912345678	An
\.

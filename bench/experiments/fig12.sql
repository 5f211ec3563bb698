-- Fig. 12 shows the speedups over Stripes: the rows of experiment speedup as they are.
SELECT * FROM speedup ORDER BY rowid;

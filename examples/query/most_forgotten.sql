-- Which samples are forgotten most, over all runs? A sample is forgotten when it is misclassified at an epoch and was right at
-- the recorded one before (Toneva et al., 2019).
SELECT sample, COUNT(*) AS times_forgotten, COUNT(DISTINCT run) AS runs
FROM (
    SELECT run, sample, correct, LAG(correct) OVER (PARTITION BY run, sample ORDER BY epoch) AS was_correct
    FROM samples
) AS steps
WHERE was_correct AND NOT correct
GROUP BY sample
ORDER BY times_forgotten DESC, sample
LIMIT 20;

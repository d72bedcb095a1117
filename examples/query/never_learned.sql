-- Which runs never had every sample right, the worst first? NULL errors, of runs whose targets name no classes, are no answer.
SELECT run, MIN(errors) AS fewest_errors, MAX(accuracy) AS best_accuracy
FROM epochs
GROUP BY run
HAVING MIN(errors) > 0
ORDER BY fewest_errors DESC, run;

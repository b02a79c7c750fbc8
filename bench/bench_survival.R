# The same million rows and methods in R, CPU seconds: Rscript bench_survival.R OUT.csv [slow]
# Needs the packages survival and cmprsk. "slow" adds the Andersen-Gill fit (minutes).
suppressMessages({library(survival); library(cmprsk)})
args <- commandArgs(TRUE)
n <- 1e6
draw <- numeric(8 * n)
s <- 20240607
for (i in seq_along(draw)) {
  s <- (16807 * s) %% 2147483647
  draw[i] <- s / 2147483647
}
u <- matrix(draw, ncol = 8, byrow = TRUE)
x1 <- as.numeric(u[, 1] < .5); x2 <- as.numeric(u[, 2] < .3); x3 <- floor(1000 * u[, 3]) / 1000
x4 <- floor(18 + 47 * u[, 4]); x5 <- floor(4 * u[, 5])
lin <- .4 * x1 - .3 * x2 + .5 * x3 + .01 * (x4 - 40) + .1 * x5
t1 <- -log(u[, 6]) / (.00015 * exp(lin)); t2 <- -log(u[, 7]) / .0001; cc <- 1 + 3650 * u[, 8]
ev <- ifelse(t1 <= t2 & t1 <= cc, 1, ifelse(t2 <= cc, 2, 0))
t <- pmax(1, ceiling(pmin(t1, t2, cc)))
id <- rep(seq_len(n / 4), each = 4)
stop <- as.vector(apply(matrix(t, nrow = 4), 2, cumsum))
start <- ifelse(seq_len(n) %% 4 == 1, 0, c(0, stop[-n]))
e1 <- as.numeric(ev == 1)
out <- NULL
run <- function(name, code) {
  took <- system.time(force(code))
  out <<- rbind(out, data.frame(run = name, user_s = round(took[[1]] + took[[2]], 3)))
  cat(sprintf("%-55s %8.2f\n", name, took[[1]] + took[[2]]))
}
run("KM survfit overall", survfit(Surv(t, e1) ~ 1))
run("KM survfit by x1,x5 (8 strata)", survfit(Surv(t, e1) ~ x1 + x5))
run("log-rank survdiff x5 (4 groups)", survdiff(Surv(t, e1) ~ x5))
run("cuminc by x1 + Gray test", cuminc(t, ev, x1))
run("Cox efron 5 covariates", coxph(Surv(t, e1) ~ x1 + x2 + x3 + x4 + x5))
run("Cox breslow 5 covariates", coxph(Surv(t, e1) ~ x1 + x2 + x3 + x4 + x5, ties = "breslow"))
run("AJ survfit multi-state, no se",
    survfit(Surv(t, factor(ev, 0:2)) ~ 1, se.fit = FALSE))
h <- 1:1e5
run("MCF robust se (first 100k rows)", survfit(Surv(start, stop, e1) ~ 1, id = id, subset = h))
run("AJ survfit multi-state with IJ se (first 100k rows)",
    survfit(Surv(t, factor(ev, 0:2)) ~ 1, subset = h))
if ("slow" %in% args)
  run("Andersen-Gill start-stop + robust cluster(id)",
      coxph(Surv(start, stop, e1) ~ x1 + x2 + x3 + x4 + x5 + cluster(id)))
write.csv(out, args[1], row.names = FALSE)

/*
 * The yardstick of the grid benchmark: the same search as one plain loop over bars, with no more to it than this search
 * needs: crossing averages, stop and reverse at the next open, whole shares, commission in percent, closed at the end.
 * It computes the same 30 statistics by the same formulas (and the same series for the logarithm), one thread, and keeps
 * them for comparison.
 *
 *   grid BARS ROWS ROUNDS FAST_TO SLOW_FROM SLOW_TO CASH COMMISSION
 *
 * BARS is a file of doubles: time in ms, open, close, one column after the other. ROWS is written: 30 doubles a pair, fast
 * by fast from 1. Of each round, averages included, it prints the milliseconds it took and those of processor time.
 * Daily bars of a market of 252 days only.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define STATS 30
#define DAY 86400000.0

typedef struct { long n; const double *time, *open, *close; double *logs, logsum, logsquares; } Market;

static double now_ms(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static void average(const double *x, long n, long period, double *out) {
  double sum = 0, in = 0, outc = 0;
  for (long i = 0; i < n; i++) {
    if (i >= period) {
      double y = -x[i - period] - outc, t = sum + y;
      outc = t - sum - y;
      sum = t;
    }
    double y = x[i] - in, t = sum + y;
    in = t - sum - y;
    sum = t;
    out[i] = i >= period - 1 ? sum / (double)period : NAN;
  }
}

static inline double log_ratio(double u, double a, double b) {
  double x = u * u;
  if (x > 0.01) return log(a / b);
  double low = 1 + x * (1.0 / 3) + x * x * (1.0 / 5 + x * (1.0 / 7));
  double high = 1.0 / 9 + x * (1.0 / 11) + x * x * (1.0 / 13 + x * (1.0 / 15));
  return 2 * u * (low + x * x * (x * x) * high);
}

static void trial(const Market *m, const double *fast, const double *slow, long first, double cash, double rate, double *row) {
  const long n = m->n;
  const double *open = m->open, *close = m->close, *time = m->time;
  double money = cash, size = 0, entry = 0, paid = 0;
  long entered = 0, side = 0, wanted = 0;
  double trades = 0, wins = 0, losses = 0, won = 0, lost = 0, profits = 0, profit2 = 0, origin = 0, commissions = 0;
  double rsum = 0, gains = 0, fails = 0, best = -INFINITY, worst = INFINITY, growth = 1, loggrowth = 0, maxms = 0, mssum = 0;
  long held = 0, heldto = -1;
  double before = cash, peak = cash, trough = cash, sum = 0, squares = 0, down = 0, products = 0;
  double maxdd = 0, ddsum = 0, dds = 0, ddmax = 0, ddms = 0;
  long peakat = first, ruined = 0, moves = n - 1;
  double apart = fast[first - 1] - slow[first - 1];

  for (long i = first; i < n; i++) {
    int closing = i == n - 1 && size != 0 && !wanted;
    double value = money + size * (close[i] - entry);
    if (wanted || closing) {
      for (;;) {
        if (size != 0) {
          double fee = rate * fabs(size) * open[i], profit, gained, ms;
          money += size * (open[i] - entry) - fee;
          profit = size * (open[i] - entry) - paid - fee;
          gained = profit / (fabs(size) * entry);
          ms = time[i] - time[entered];
          commissions += paid + fee;
          if (trades == 0) origin = profit;
          trades++;
          if (profit > 0) { wins++; won += profit; } else if (profit < 0) { losses++; lost += profit; }
          profits += profit - origin;
          profit2 += (profit - origin) * (profit - origin);
          rsum += gained;
          if (gained > 0) gains += gained; else fails += gained;
          if (gained > best) best = gained;
          if (gained < worst) worst = gained;
          growth *= 1 + gained;
          if (growth > 1e100 || growth < 1e-100) { loggrowth += log(growth); growth = 1; }
          mssum += ms;
          if (ms > maxms) maxms = ms;
          held += i - (entered > heldto ? entered - 1 : heldto);
          heldto = i;
          size = 0;
        }
        if (wanted) {
          double shares = floor(money / (open[i] * (1 + rate)));
          side = wanted;
          wanted = 0;
          if (shares > 0) {
            paid = rate * shares * open[i];
            money -= paid;
            size = (double)side * shares;
            entry = open[i];
            entered = i;
          }
        }
        value = money + size * (close[i] - entry);
        if (i < n - 1 || size == 0 || value <= 0) break;
      }
    }
    if (value <= 0) {
      /* Only a short can come here, and none of this search does; its row would show. */
      ruined = 1;
      moves = i;
      break;
    }
    double both = value + before, scaled = (value - before) / (before * both);
    double change = scaled * both, fall = change - fabs(change);
    sum += change;
    squares += change * change;
    down += fall * fall;
    products += m->logs[i] * log_ratio(scaled * before, value, before);
    if (value >= peak) {
      if (i > peakat + 1) {
        double depth = 1 - trough / peak, ms = time[i] - time[peakat];
        dds++;
        ddsum += depth;
        ddms += ms;
        if (depth > maxdd) maxdd = depth;
        if (ms > ddmax) ddmax = ms;
      }
      peak = trough = value;
      peakat = i;
    } else if (value < trough) trough = value;
    before = value;
    double next = fast[i] - slow[i];
    if (next * apart < 0 && i < n - 1) {
      if (next > 0 ? size <= 0 : size >= 0) wanted = next > 0 ? 1 : -1;
    }
    apart = next;
  }
  if (ruined) { for (int k = 0; k < STATS; k++) row[k] = NAN; return; }
  if (n - 1 > peakat) {
    double depth = 1 - trough / peak, ms = time[n - 1] - time[peakat];
    if (depth > maxdd) maxdd = depth;
    if (n - 1 > peakat + 1) { dds++; ddsum += depth; ddms += ms; if (ms > ddmax) ddmax = ms; }
    else if (dds == 0) ddsum = depth;
  }
  double steps = (double)moves, duration = time[n - 1] - time[0];
  double mean = exp(log(before / cash) / steps) - 1, annual = pow(1 + mean, 252) - 1;
  double variance = (squares - sum * sum / steps) / (steps - 1), g = (1 + mean) * (1 + mean);
  double volatility = sqrt(pow(variance + g, 252) - pow(g, 252));
  double gained = (before - cash) / cash, market = (close[n - 1] - close[first - 1]) / close[first - 1];
  double beta = (products - log(before / cash) * m->logsum / steps) / (m->logsquares - m->logsum * m->logsum / steps);
  double rate_won = wins / trades;
  row[0] = ceil(duration / DAY);
  row[1] = 100 * (double)held / (double)n;
  row[2] = before;
  row[3] = peak;
  row[4] = commissions;
  row[5] = 100 * gained;
  row[6] = 100 * market;
  row[7] = 100 * annual;
  row[8] = 100 * volatility;
  row[9] = 100 * (pow(before / cash, 365.25 * DAY / duration) - 1);
  row[10] = volatility == 0 ? NAN : annual / volatility;
  row[11] = annual / (sqrt(down / 4 / steps) * sqrt(252));
  row[12] = maxdd == 0 ? NAN : annual / maxdd;
  row[13] = 100 * (gained - beta * market);
  row[14] = beta;
  row[15] = -100 * maxdd;
  row[16] = -100 * (dds > 0 ? ddsum / dds : ddsum > 0 ? ddsum : NAN);
  row[17] = dds > 0 ? ceil(ddmax / DAY) : NAN;
  row[18] = ceil(ddms / dds / DAY);
  row[19] = trades;
  row[20] = 100 * rate_won;
  row[21] = 100 * best;
  row[22] = 100 * worst;
  row[23] = 100 * (worst <= -1 ? 0 : exp((loggrowth + log(growth)) / trades) - 1);
  row[24] = trades > 0 ? ceil(maxms / DAY) : NAN;
  row[25] = ceil(mssum / trades / DAY);
  row[26] = gains / fabs(fails);
  row[27] = 100 * rsum / trades;
  row[28] = sqrt(trades) * (origin + profits / trades) / sqrt((profit2 - profits * profits / trades) / (trades - 1));
  row[29] = rate_won - (1 - rate_won) / (won / wins / -(lost / losses));
}

int main(int argc, char **argv) {
  if (argc != 9) return 2;
  FILE *in = fopen(argv[1], "rb");
  if (!in) return 3;
  fseek(in, 0, SEEK_END);
  long n = ftell(in) / (long)(3 * sizeof(double));
  rewind(in);
  double *bars = malloc((size_t)(4 * n) * sizeof(double));
  if (fread(bars, sizeof(double), (size_t)(3 * n), in) != (size_t)(3 * n)) return 3;
  fclose(in);
  int rounds = atoi(argv[3]);
  long fast_to = atol(argv[4]), slow_from = atol(argv[5]), slow_to = atol(argv[6]), slows = slow_to - slow_from + 1;
  double cash = atof(argv[7]), rate = atof(argv[8]);
  Market m = {n, bars, bars + n, bars + 2 * n, bars + 3 * n, 0, 0};
  double *rows = malloc((size_t)(fast_to * slows * STATS) * sizeof(double));
  double *columns = malloc((size_t)((fast_to + slows) * n) * sizeof(double));
  for (int round = 0; round < rounds; round++) {
    double began = now_ms(CLOCK_MONOTONIC), busy = now_ms(CLOCK_THREAD_CPUTIME_ID);
    m.logsum = m.logsquares = 0;
    for (long i = 1; i < n; i++) {
      m.logs[i] = log(m.close[i] / m.close[i - 1]);
      m.logsum += m.logs[i];
      m.logsquares += m.logs[i] * m.logs[i];
    }
    for (long f = 1; f <= fast_to; f++) average(m.close, n, f, columns + (f - 1) * n);
    for (long s = slow_from; s <= slow_to; s++) average(m.close, n, s, columns + (fast_to + s - slow_from) * n);
    double *row = rows;
    for (long f = 1; f <= fast_to; f++)
      for (long s = slow_from; s <= slow_to; s++, row += STATS)
        trial(&m, columns + (f - 1) * n, columns + (fast_to + s - slow_from) * n, f > s ? f : s, cash, rate, row);
    printf("%.3f %.3f\n", now_ms(CLOCK_MONOTONIC) - began, now_ms(CLOCK_THREAD_CPUTIME_ID) - busy);
  }
  FILE *out = fopen(argv[2], "wb");
  if (!out) return 3;
  fwrite(rows, sizeof(double), (size_t)(fast_to * slows * STATS), out);
  fclose(out);
  return 0;
}

"""The same search by other people's backtesters, where this Python has them. Prints one JSON document.

    grid-peers.py GOOG.csv PAIRS

backtesting.py runs PAIRS of the 10,000 pairs, evenly spread, one after the other; vectorbt runs all of them at once, for
total return and Sharpe ratio alone. Seconds of processor time. None with a reason for what is not installed.
"""
import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")


def load(path):
    import pandas

    return pandas.read_csv(path, index_col="Date", parse_dates=True)


def run_backtesting(path, count):
    from backtesting import Backtest, Strategy
    from backtesting.lib import crossover

    bars = load(path)

    def average(values, period):
        import pandas

        return pandas.Series(values).rolling(period).mean()

    class Cross(Strategy):
        fast = 10
        slow = 20

        def init(self):
            self.quick = self.I(average, self.data.Close, self.fast)
            self.lazy = self.I(average, self.data.Close, self.slow)

        def next(self):
            if crossover(self.quick, self.lazy):
                self.buy()
            elif crossover(self.lazy, self.quick):
                self.sell()

    test = Backtest(bars, Cross, cash=10_000, commission=0.002, exclusive_orders=True, finalize_trades=True)
    test.run(fast=10, slow=110)
    began = time.process_time()
    for k in range(count):
        pair = k * 10_000 // count
        test.run(fast=1 + pair // 100, slow=101 + pair % 100)
    return {"pairs": count, "seconds": time.process_time() - began}


def run_vectorbt(path, _count):
    import numpy
    import vectorbt

    bars = load(path)
    fast = numpy.repeat(numpy.arange(1, 101), 100)
    slow = numpy.tile(numpy.arange(101, 201), 100)

    def search(quick, lazy):
        one = vectorbt.MA.run(bars["Close"], window=quick)
        other = vectorbt.MA.run(bars["Close"], window=lazy)
        above = one.ma_crossed_above(other).vbt.signals.fshift(1)
        below = one.ma_crossed_below(other).vbt.signals.fshift(1)
        book = vectorbt.Portfolio.from_signals(
            bars["Close"], above, short_entries=below, price=bars["Open"], fees=0.002, init_cash=10_000, freq="1D"
        )
        return book.total_return(), book.sharpe_ratio()

    search(fast[:2], slow[:2])
    began = time.process_time()
    search(fast, slow)
    return {"pairs": 10_000, "seconds": time.process_time() - began}


def attempt(run):
    try:
        return run(sys.argv[1], int(sys.argv[2]))
    except ImportError as error:
        return {"missing": str(error)}


print(json.dumps({"backtesting": attempt(run_backtesting), "vectorbt": attempt(run_vectorbt)}))

/** What runs in a worker thread for the price chart: a named function, plain data in, SVG out. */
export { drawPriceChart } from './price-chart.ts'

/** What runs in a worker thread for the charts: named functions, plain data in, SVG out. */
export { drawPriceChart } from './price-chart.ts'

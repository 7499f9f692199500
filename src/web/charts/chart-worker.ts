/** What runs in a worker thread for the charts: named functions, plain data in, SVG out. */
export { drawCalibration } from './lab/calibration-chart.ts'
export { drawCurves } from './lab/curves-chart.ts'
export { drawEquityChart } from './lab/equity-chart.ts'
export { drawFoldsChart } from './lab/folds-chart.ts'
export { drawHeatmap } from './lab/heatmap-chart.ts'
export { drawHistogram } from './lab/histogram-chart.ts'
export { drawParallel } from './lab/parallel-chart.ts'
export { drawPriceChart } from './price-chart.ts'

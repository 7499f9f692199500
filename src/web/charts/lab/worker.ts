/** What runs in a worker thread for the charts of jobs, apart from the price chart: none of these takes a library to load. */
export { drawCalibration } from './calibration-chart.ts'
export { drawCurves } from './curves-chart.ts'
export { drawEquityChart } from './equity-chart.ts'
export { drawFoldsChart } from './folds-chart.ts'
export { drawHeatmap } from './heatmap-chart.ts'
export { drawHistogram } from './histogram-chart.ts'
export { drawParallel } from './parallel-chart.ts'

// Batch normalization of one channel: every value takes the same way, a straight line.

class NormalizationView {
  constructor(root) {
    this.find = selector => root.querySelector(selector)
    this.sliding = new SlidingView(root, {
      show: (row, column) => this.showPlace(row, column),
      describe: (row, column) => {
        const { value, normalized } = this.stepsOf(this.valueAt(row, column))
        return `Row ${row}, column ${column}: ${signed(value, 3)} becomes ${signed(normalized, 3)}`
      },
    })
    // The line is drawn in pixels: it depends on the width.
    this.observer = new ResizeObserver(() => this.showLine())
    this.observer.observe(this.find('.line'))
  }

  update(data) {
    const text = JSON.stringify(data)
    if (text === this.text) return
    this.text = text
    this.numbers = data.numbers
    for (const part of ['input', 'map']) {
      this.find(`[data-caption=${part}]`).textContent = data.captions[part]
    }
    const { shape: [height, width], values } = decode(data.input)
    Object.assign(this, { width, values })
    const outputs = values.map(value => this.stepsOf(value).normalized)
    this.sliding.setShape({ rows: height, columns: width, size: 1, stride: 1 }, true)
    const strongest = values.indexOf(values.reduce((one, other) => Math.max(one, other)))
    this.sliding.place = { row: Math.floor(strongest / width), column: strongest % width }
    this.sliding.input.show({
      height, width, size: 1, valueOf: index => values[index],
      largest: largestOf(values), scale: new ColourScale(data.scales.unsigned, false),
    })
    this.sliding.map.show({
      height, width, size: 1, valueOf: index => outputs[index],
      largest: largestOf(outputs), scale: new ColourScale(data.scales.signed, true),
    }, this.sliding.painted)
    this.showLine()
    this.sliding.render()
  }

  valueAt(row, column) { return this.values[row * this.width + column] }

  stepsOf(value) {
    const { mean, variance, epsilon, gamma, beta } = this.numbers
    const deviation = Math.sqrt(variance + epsilon)
    const standard = (value - mean) / deviation
    return { value, mean, deviation, standard, gamma, beta, normalized: standard * gamma + beta }
  }

  showLine() {
    const svg = this.find('.line')
    if (!this.values || !svg.clientWidth) return
    const ends = [0, largestOf(this.values)]
    const heights = ends.map(value => this.stepsOf(value).normalized)
    const [low, high] = [Math.min(0, ...heights), Math.max(0, ...heights)]
    const [width, height] = [svg.clientWidth, svg.clientHeight]
    this.x = value => 8 + (width - 16) * value / ends[1]
    this.y = value => 8 + (height - 16) * (high - value) / (high - low || 1)
    const draw = (name, x1, y1, x2, y2) => {
      for (const [key, value] of Object.entries({ x1, y1, x2, y2 })) {
        this.find(name).setAttribute(key, value)
      }
    }
    draw('.graph', this.x(ends[0]), this.y(heights[0]), this.x(ends[1]), this.y(heights[1]))
    draw('.across', 0, this.y(0), width, this.y(0))
    draw('.up', this.x(0), 0, this.x(0), height)
    const { row, column } = this.sliding.place
    this.showPlace(row, column)
  }

  showPlace(row, column) {
    const steps = this.stepsOf(this.valueAt(row, column))
    for (const [name, value] of Object.entries(steps)) {
      showNumber(this.find(`.step-${name} b`), value, signed(value, 3))
    }
    if (!this.x) return
    const dot = this.find('circle')
    dot.setAttribute('cx', this.x(steps.value))
    dot.setAttribute('cy', this.y(steps.normalized))
  }
}

export default function ({ data, parentElement }) {
  parentElement.view ??= new NormalizationView(parentElement)
  const { view } = parentElement
  view.update(data)
  return () => { view.sliding.stop(); view.observer.disconnect() }
}

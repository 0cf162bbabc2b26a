// What each input channel adds to a sum: its patch, its kernel, and bars that build on each other.

const SVG = 'http://www.w3.org/2000/svg'

class ChannelSums {
  constructor(element, choose) {
    Object.assign(this, { element, choose })
    this.list = element.querySelector('.tiles')
    this.chart = element.querySelector('.bars')
  }

  setShape(height, width, channels) {
    const shape = `${height} ${width} ${channels}`
    if (shape === this.shape) return
    this.shape = shape
    this.element.hidden = channels === 1
    this.element.style.setProperty('--columns', channels + 2)
    this.tiles = Array.from({ length: channels }, (_, channel) => {
      const tile = document.createElement('button')
      tile.type = 'button'
      tile.className = 'tile'
      tile.innerHTML = `<canvas width="${width}" height="${height}"></canvas>
        <canvas width="${width}" height="${height}"></canvas><span>${channel}</span>`
      tile.onclick = () => this.choose(channel)
      const [patch, kernel] = [...tile.querySelectorAll('canvas')].map(canvas => {
        const context = canvas.getContext('2d')
        return { context, pixels: context.createImageData(width, height) }
      })
      return { tile, patch, kernel }
    })
    const ends = ['bias', 'sum'].map(text => {
      const label = document.createElement('span')
      label.className = 'end'
      label.textContent = text
      return label
    })
    this.list.replaceChildren(...this.tiles.map(({ tile }) => tile), ...ends)
    this.chart.setAttribute('viewBox', `0 0 ${100 * (channels + 2)} 100`)
    this.bars = Array.from({ length: channels + 2 }, (_, index) => {
      const bar = document.createElementNS(SVG, 'rect')
      bar.setAttribute('x', 100 * index + 10)
      bar.setAttribute('width', 80)
      bar.append(document.createElementNS(SVG, 'title'))
      return bar
    })
    this.zero = document.createElementNS(SVG, 'line')
    this.zero.setAttribute('x2', 100 * (channels + 2))
    this.chart.replaceChildren(...this.bars, this.zero)
  }

  // `valueOf(channel, index)` is a value of the patch or the kernel.
  colour(part, channel, valueOf, largest, scale) {
    const { context, pixels } = this.tiles[channel][part]
    for (let index = 0; index < pixels.width * pixels.height; index++) {
      pixels.data.set([...scale.of(valueOf(channel, index), largest), 255], 4 * index)
    }
    context.putImageData(pixels, 0, 0)
  }

  show(sums, bias, total, chosen) {
    const parts = [...sums, bias]
    const ends = []
    let running = 0
    for (const part of parts) ends.push([running, running += part])
    ends.push([0, total])
    const low = Math.min(0, ...ends.flat())
    const high = Math.max(0, ...ends.flat())
    const y = value => 2 + 96 * (high - value) / (high - low || 1)
    ends.forEach(([from, to], index) => {
      const bar = this.bars[index]
      const [top, bottom] = [y(Math.max(from, to)), y(Math.min(from, to))]
      bar.setAttribute('y', top)
      bar.setAttribute('height', Math.max(bottom - top, 0.8))
      bar.setAttribute('class', index === parts.length ? 'total' : to < from ? 'minus' : 'plus')
      const value = index === parts.length ? total : parts[index]
      bar.dataset.value = value
      bar.firstChild.textContent = signed(value, 6)
    })
    this.zero.setAttribute('y1', y(0))
    this.zero.setAttribute('y2', y(0))
    this.tiles.forEach(({ tile }, channel) => {
      tile.setAttribute('aria-pressed', String(channel === chosen))
      const text = `Input channel ${channel} adds ${signed(sums[channel], 4)}`
      tile.setAttribute('aria-label', text)
      tile.title = text
    })
  }
}

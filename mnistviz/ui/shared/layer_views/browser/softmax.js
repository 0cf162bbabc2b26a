// Softmax: ten scores that a person can change, their powers of e, and the shares in the sum.

// Scores can be moved between these, or as far as the network's own go.
const LIMIT = 15

class SoftmaxView {
  constructor(root) {
    this.find = selector => root.querySelector(selector)
    this.find('.own').onclick = () => { this.scores = [...this.own]; this.show() }
    this.find('.calibrated input').onchange = () => this.show()
  }

  update(data) {
    const text = JSON.stringify(data)
    if (text === this.text) return
    this.text = text
    this.own = [...decode(data.scores).values]
    this.scores = [...this.own]
    this.temperature = data.temperature
    const check = this.find('.calibrated')
    check.hidden = data.temperature === null
    if (data.temperature !== null) {
      check.querySelector('span').textContent =
        `Divide the scores by ${plain(data.temperature, 2)} first (calibrated, as on Draw)`
    }
    const limit = Math.ceil(Math.max(LIMIT, largestOf(this.own)))
    const rows = this.scores.map((_, digit) => {
      const row = document.createElement('tr')
      row.innerHTML = `<th scope="row"></th>
        <td><input type="range" min="${-limit}" max="${limit}" step="any"></td>
        <td class="score"></td><td class="power"></td>
        <td class="bar"><i></i></td><td class="share"></td>`
      const input = row.querySelector('input')
      row.querySelector('th').textContent = data.names[digit]
      input.setAttribute('aria-label', `Score of ${data.names[digit]}`)
      input.oninput = () => { this.scores[digit] = Number(input.value); this.show(input) }
      input.onkeydown = event => {
        const by = { ArrowLeft: -0.5, ArrowDown: -0.5, ArrowRight: 0.5, ArrowUp: 0.5 }[event.key]
        if (!by) return
        event.preventDefault()
        this.scores[digit] = clamp(this.scores[digit] + by, -limit, limit)
        this.show()
      }
      return row
    })
    this.find('tbody').replaceChildren(...rows)
    this.rows = rows
    this.show()
  }

  // `moved` is the slider that a person holds; it is left alone.
  show(moved = null) {
    const calibrated = this.temperature !== null && this.find('.calibrated input').checked
    const scores = this.scores.map(score => score / (calibrated ? this.temperature : 1))
    const highest = Math.max(...scores)
    const powers = scores.map(score => Math.exp(score - highest))
    const sum = powers.reduce((one, other) => one + other)
    this.rows.forEach((row, digit) => {
      const share = powers[digit] / sum
      const input = row.querySelector('input')
      if (input !== moved) input.value = this.scores[digit]
      showNumber(row.querySelector('.score'), this.scores[digit], signed(this.scores[digit], 2))
      showNumber(row.querySelector('.power'), powers[digit], plain(powers[digit], 4))
      showNumber(row.querySelector('.share'), share, `${plain(100 * share, 1)}%`)
      row.querySelector('i').style.width = `${100 * share}%`
      row.classList.toggle('first', scores[digit] === highest)
    })
    showNumber(this.find('.sum'), sum, plain(sum, 4))
    this.find('.own').disabled = this.scores.every((score, digit) => score === this.own[digit])
  }
}

export default function ({ data, parentElement }) {
  parentElement.view ??= new SoftmaxView(parentElement)
  parentElement.view.update(data)
}

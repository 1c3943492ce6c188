-- For wrk: asks for the addresses of a file in turn (one "path<tab>cookie" a line) and says what it measured.
local prepared, at = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local path, cookie = line:match("^([^\t]*)\t(.*)$")
    prepared[#prepared + 1] = wrk.format("GET", path, { Cookie = cookie })
  end
end

function request()
  at = at % #prepared + 1
  return prepared[at]
end

function done(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.timeout + summary.errors.status
  io.write(string.format("measured %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(95), failed))
end

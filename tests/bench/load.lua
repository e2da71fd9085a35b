-- Load for wrk: POSTs the lines of a file in turn, each line one JSON body.
-- Arguments: the file, how many bodies to skip, "check" or "fast", then pairs of header name and value.
-- "check" reads every answer and counts those with errors; "fast" leaves the client free, for measuring.
local requests, at = {}, 0
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  local headers = { ["content-type"] = "application/json", ["accept"] = "application/json" }
  for i = 4, #args - 1, 2 do headers[args[i]] = args[i + 1] end
  for line in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("POST", nil, headers, line)
  end
  at = tonumber(args[2]) % #requests
  wrong = 0
  if args[3] ~= "check" then response = nil end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function response(status, headers, body)
  if status ~= 200 or body:find('"errors"', 1, true) then wrong = wrong + 1 end
end

function done(summary, latency, _)
  local wrongs = 0
  for _, thread in ipairs(threads) do wrongs = wrongs + (thread:get("wrong") or 0) end
  local e = summary.errors
  io.write(string.format(
    '\n{"seconds": %.6f, "requests": %d, "bytes": %d, "p50": %.6f, "p99": %.6f, "failed": %d, "wrong": %d}\n',
    summary.duration / 1e6, summary.requests, summary.bytes, latency:percentile(50) / 1e6, latency:percentile(99) / 1e6,
    e.connect + e.read + e.write + e.status + e.timeout, wrongs))
end

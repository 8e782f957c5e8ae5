"""The tools for assistants, `/mcp`: the API's operations through the Model Context Protocol, with the API's tokens, rules and
messages.

urls          the address, and what holds before the protocol: method, origin, token
bodies        a message is bounded, and large ones are in memory one at a time
protocol      the protocol itself, by its SDK; imported by the first request
tools         what each tool is called, does and returns
arguments     what each tool takes
answers       what a tool says, and how a refusal reads
new_edit      the tool that costs money: first the price, then the edit
confirmation  the signed answer to a price, which makes one edit and no other
stdio         a program beside an assistant that hands its messages to a site
"""

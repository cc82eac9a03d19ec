global using System.Text;
global using NUnit.Framework;
global using Samsa.Rx;
global using Samsa.Scenarios.Brokers;
global using Samsa.Scenarios.Peers;

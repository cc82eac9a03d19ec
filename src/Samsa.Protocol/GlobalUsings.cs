global using Samsa.Wire;
